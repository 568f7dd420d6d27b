export { setRandomSeed } from '../runtime/random.js';
export { type PadSequencesOptions, padSequences } from './pad_sequences.js';
export { type TimeseriesDatasetOptions, timeseriesDataset } from './timeseries_dataset.js';
export { type ToCategoricalOptions, toCategorical } from './to_categorical.js';
