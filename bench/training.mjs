// node training.mjs [--shapes train,train-deep,train-large] [--optimizers 393216,4194304] [sampling options of peers.mjs]
//
// What a training step is made of. The calls of kernels of one `trainOnBatch` are recorded and carried out again without
// the package: those before the loss are the forward pass, those between loss and optimizer the backward pass. They take
// turns with one another, with `fit` on many such batches, and the optimizer's kernel with a copy of the numbers that it
// reads. One JSON line per shape, and one per size of optimizer.
import { makeInput, makeTarget, makeWeights } from './lib/data.mjs';
import { trainingRow } from './lib/judge_training.mjs';
import { log, machine, print, samplingOptions } from './lib/options.mjs';
import { importRecorded, replay } from './lib/recorded.mjs';
import { selectShapes } from './lib/shapes.mjs';
import { takeTurns } from './lib/turns.mjs';

/** Batches of one `fit`. */
const BATCHES = 64;
/** Adam reads a weight, its gradient and two averages. */
const READ = 4;

const options = samplingOptions({
  shapes: 'train,train-deep,train-large',
  optimizers: '393216,4194304',
  rounds: '25',
  'sample-ms': '20',
});
const { library, record } = await importRecorded();
const { Dense, optimizers, Sequential, SimpleRNN, losses, variable } = library;

/** The names of calls that a piece of work makes. */
const namesOf = async (work) => new Set((await record(work)).map(({ name }) => name));
const lossNames = await namesOf(() => losses.meanSquaredError([[1, 2]], [[2, 3]]));
const weight = variable([1, 2, 3]);
const optimizer = optimizers.adam();
optimizer.build([weight]);
const optimizerNames = await namesOf(() => optimizer.apply([[1, 2, 3]]));
for (const name of lossNames) optimizerNames.delete(name);

function modelOf(shape) {
  const layers = shape.layers.map(({ type, units, returnSequences }, i) => {
    const first = i === 0 ? { inputShape: [shape.T, shape.F] } : {};
    return type === 'dense' ? new Dense({ units, ...first }) : new SimpleRNN({ units, returnSequences, ...first });
  });
  const model = new Sequential(layers);
  model.setWeights(
    makeWeights(shape).flatMap((own, i) => {
      const { kernel, recurrent, bias } = own;
      const fan = i === 0 ? shape.F : shape.layers[i - 1].units;
      const values = [{ data: kernel, shape: [fan, bias.length] }];
      if (recurrent) values.push({ data: recurrent, shape: [bias.length, bias.length] });
      return [...values, { data: bias, shape: [bias.length] }];
    }),
  );
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
  return model;
}

/** `count` times the same rows. */
function repeated(row, count, shape) {
  const data = new Float32Array(row.length * count);
  for (let i = 0; i < count; i++) data.set(row, i * row.length);
  return { data, shape: [shape[0] * count, ...shape.slice(1)] };
}

const lastIndex = (calls, names) => calls.reduce((last, { name }, i) => (names.has(name) ? i : last), -1);
const firstIndex = (calls, names) => calls.findIndex(({ name }) => names.has(name));

/** Copies `count` numbers from one array to another, as fast as the engine does. */
function copier(count) {
  const [from, to] = [new Float32Array(count).fill(1), new Float32Array(count).fill(2)];
  return () => to.set(from);
}

async function training(shape) {
  log(`training of ${shape.name}`);
  const { B, T, F } = shape;
  const model = modelOf(shape);
  const [x, y] = [makeInput(shape, 0), makeTarget(shape, 0)];
  const batch = [
    { data: x, shape: [B, T, F] },
    { data: y, shape: [B, y.length / B] },
  ];
  for (let i = 0; i < 3; i++) model.trainOnBatch(...batch);
  const calls = await record(() => model.trainOnBatch(...batch));
  const loss = [firstIndex(calls, lossNames), lastIndex(calls, lossNames)];
  const update = firstIndex(calls, optimizerNames);
  if (loss[0] <= 0 || update <= loss[1]) throw new Error(`${shape.name}: loss or optimizer is not among the calls`);
  const isLarge = B * T * F > 1e5;
  const count = isLarge ? BATCHES / 8 : BATCHES;
  const many = batch.map(({ data, shape: sizes }) => repeated(data, count, sizes));
  const parts = {
    forward: calls.slice(0, loss[0]),
    backward: calls.slice(loss[1] + 1, update),
    kernels: calls,
  };
  const entries = Object.entries(parts).map(([name, own]) => ({ name, run: () => replay(own) }));
  entries.push({ name: 'trainOnBatch', run: () => void model.trainOnBatch(...batch) });
  entries.push({ name: 'fit', units: count, run: () => model.fit(...many, { batchSize: B, verbose: 0 }) });
  await takeTurns(entries, options);
  const samples = Object.fromEntries(entries.map((entry) => [entry.name, entry.samples]));
  const line = { training: shape.name, calls: calls.length, batches: count, samples };
  print(line);
  const { ms, backward, fit } = trainingRow(line);
  log(
    `  forward ${ms.forward.toPrecision(4)} ms, backward ${ms.backward.toPrecision(4)} ms: ${backward.toFixed(2)}; ` +
      `kernels ${ms.kernels.toPrecision(4)} ms, fit ${(100 * fit).toFixed(1)} % above`,
  );
  model.dispose();
}

/** Adam on so many weights, as a model's training calls it. */
async function optimizerStep(count) {
  const columns = 256;
  const model = new Sequential([new Dense({ units: columns, useBias: false, inputShape: [count / columns] })]);
  model.compile({ optimizer: optimizers.adam(), loss: 'mse' });
  const batch = [
    { data: new Float32Array(count / columns).fill(0.01), shape: [1, count / columns] },
    { data: new Float32Array(columns), shape: [1, columns] },
  ];
  for (let i = 0; i < 3; i++) model.trainOnBatch(...batch);
  const calls = await record(() => model.trainOnBatch(...batch));
  const update = calls.slice(firstIndex(calls, optimizerNames));
  const entries = [
    { name: 'step', run: () => replay(update) },
    { name: 'copy', run: copier(READ * count) },
  ];
  await takeTurns(entries, options);
  const line = {
    optimizer: count,
    bytes: 4 * READ * count,
    samples: entries[0].samples,
    copySamples: entries[1].samples,
  };
  print(line);
  const { ms, copyMs, ratio } = trainingRow(line);
  log(`  Adam, ${count} weights: ${ms.toPrecision(4)} ms, copy ${copyMs.toPrecision(4)} ms: ${ratio.toFixed(2)}`);
  model.dispose();
}

print(machine());
for (const shape of selectShapes(options.shapes)) await training(shape);
log('optimizers');
for (const count of options.optimizers.split(',')) await optimizerStep(Number(count));
