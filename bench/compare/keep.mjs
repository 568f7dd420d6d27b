// Some of the compared models with their numbers, for a test that needs no peer.
import fs from 'node:fs';

const rounded = (values) => Array.from(values, (value) => Number(value.toPrecision(9)));

// One of each kind of front, first layer and answerer; small ones.
function chosen(models, count) {
  const seen = new Set();
  const kinds = models.filter(({ spec, weights, answers }) => {
    const size = weights.reduce((sum, { data }) => sum + data.length, 0);
    const kind = `${spec.front} ${spec.layers[0].type} ${spec.states} ${Object.keys(answers).length > 1}`;
    if (size > 600 || Object.keys(answers).length === 0 || seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
  return kinds.slice(0, count);
}

/** Writes `count` models: Keras' configuration, weights, inputs, and what each peer answered. */
export function keep(file, models, count) {
  const cases = chosen(models, count).map(({ data, used, weights, answers, config }) => ({
    config,
    weights: weights.map(({ data, shape }) => ({ shape, data: rounded(data) })),
    inputs: [data.x, data.h].filter((each) => each !== null).map(({ data, shape }) => ({ shape, data: rounded(data) })),
    used,
    answers: Object.fromEntries(Object.entries(answers).map(([name, outputs]) => [name, outputs.map(rounded)])),
  }));
  fs.writeFileSync(file, `${JSON.stringify({ cases })}\n`);
  console.log(`${cases.length} models kept in ${file}`);
}
