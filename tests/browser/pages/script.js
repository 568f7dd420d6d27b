// The script-tag file: everything under the global simpleRNN.
window.compute = async () => {
  const { compute } = await import('./numbers.js');
  simpleRNN.configure({ simd: 'strict' });
  return compute(simpleRNN);
};
window.load = async (source, inputs) => {
  const { loaded } = await import('./numbers.js');
  return loaded(simpleRNN, source, inputs);
};
