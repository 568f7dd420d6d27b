// Kinds about shapes, numbers of weights, masks and initial states.
import { exactly, mismatch } from './compare.mjs';
import { applied, built, inputShape, library, make } from './make.mjs';
import { filled, flatStates } from './read.mjs';

/** Shapes within lists of shapes, in one list. */
const flatShapes = (shapes) => (Array.isArray(shapes[0]) ? shapes.flatMap(flatShapes) : [shapes]);
const firstDifference = (found) => found.find((each) => each !== null) ?? null;
const sameShapes = (got) => (expected) => exactly(flatShapes(got))(flatShapes(expected));

function layerShape({ config }, { inputs, hold }) {
  const { x_shape: shape, dtype, training } = inputs;
  const layer = make(config, hold);
  layer.build(shape);
  // Zeros are valid token ids; anything but an integer type is data.
  const x = filled(shape, String(dtype).includes('int') ? 0 : 0.5);
  const outputs = [layer.apply(x, training === undefined ? {} : { training })].flat(Number.POSITIVE_INFINITY);
  const shapes = outputs.map((output) => [...output.shape]);
  const computed = flatShapes(layer.computeOutputShape(shape));
  const bothShapes = (expected) => sameShapes(shapes)(expected) ?? sameShapes(computed)(expected);
  return {
    output_shape: bothShapes,
    output_shapes: bothShapes,
    num_trainable_weights: exactly(layer.trainableWeights.length),
    num_non_trainable_weights: exactly(layer.nonTrainableWeights.length),
    num_weights: exactly(layer.weights.length),
    num_losses: exactly(layer.losses.length),
    weight_shapes: exactly(layer.weights.map((weight) => [...weight.shape])),
    supports_masking_flag: exactly(layer.supportsMasking),
  };
}

function computeOutputShape({ config }, { inputs, hold }) {
  const layer = make(config, hold);
  const shapes = layer.computeOutputShape(inputs.x_shape);
  const symbolic = [layer.apply(library.Input({ batchShape: inputs.x_shape }))].flat(Number.POSITIVE_INFINITY);
  const same = (expected) => sameShapes(shapes)(expected) ?? sameShapes(symbolic.map(({ shape }) => shape))(expected);
  return { output_shape: same, output_shapes: same };
}

/** The mask that the layer computes, and that it attaches to its output. */
function computeMask({ config }, { inputs, hold }) {
  const layer = make(config, hold);
  const { mask: given = null } = inputs;
  const masks = [layer.computeMask(inputs.x, given), layer.apply(inputs.x, { mask: given }).mask];
  return { mask: (expected, tolerance) => firstDifference(masks.map((mask) => mismatch(mask, expected, tolerance))) };
}

function computeMaskOfOutput({ config }, { inputs, hold }) {
  const { x_shape: shape, mask } = inputs;
  return { mask: make(config, hold).computeMask(filled(shape), mask) };
}

/** A mask of a shape, all true. */
function maskShapeCheck({ config }, { inputs, hold }) {
  const { x_shape: shape, mask_shape: maskShape } = inputs;
  const mask = maskShape === null ? null : library.tensor(filled(maskShape, 1).data, maskShape);
  const [output] = [make(config, hold).apply(filled(shape), { mask })].flat();
  return { output_shape: exactly([...output.shape]) };
}

function initialState({ config }, { inputs, hold }) {
  const states = [make(config, hold).getInitialState(filled(inputs.x_shape))].flat(Number.POSITIVE_INFINITY);
  return { states: (expected, tolerance) => mismatch(states, flatStates(expected), tolerance) };
}

/** How often masks are drawn in a call, and what more a second call holds in memory. */
function dropoutMaskCount({ config }, { inputs, hold }) {
  const layer = make(config, hold);
  const draws = [];
  const blocks = [];
  for (let call = 0; call < inputs.calls; call += 1) {
    const before = layer.seedGenerator?.draws ?? 0;
    applied(layer, inputs);
    draws.push((layer.seedGenerator?.draws ?? 0) - before);
    blocks.push(library.memory().blocks);
  }
  return {
    mask_draws_per_call: (expected) => firstDifference(draws.map((count) => exactly(count)(expected))),
    leaked_tensors: exactly(blocks.at(-1) - blocks[0]),
  };
}

function layerLosses(each, { inputs, hold }) {
  const layer = built(each, inputShape(inputs), hold);
  applied(layer, inputs);
  const terms = [...layer.losses];
  return { terms, sum_of_losses: terms.reduce((sum, term) => sum + term, 0) };
}

export const kinds = {
  layer_shape: layerShape,
  compute_output_shape: computeOutputShape,
  compute_mask: computeMask,
  compute_mask_of_output: computeMaskOfOutput,
  mask_shape_check: maskShapeCheck,
  initial_state: initialState,
  dropout_mask_count: dropoutMaskCount,
  layer_losses: layerLosses,
};
