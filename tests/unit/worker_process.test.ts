// A process with a model in a worker: all that is printed there is seen, and nobody has to end the worker.
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const program = `
import { Dense, Sequential } from 'simple-rnn';
import { toWorker } from 'simple-rnn/worker';
const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
model.compile({ loss: 'mse' });
const remote = await toWorker(model);
const { epoch } = await remote.fit([[1], [2], [3]], [[1], [2], [3]], { epochs: 3, batchSize: 1, verbose: 2 });
console.log(epoch.length);
`;

test('prints every epoch and ends by itself', () => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect([run.stderr, run.status]).toEqual(['', 0]);
  const lines = run.stdout.trim().split('\n');
  expect(lines.filter((line) => /^3\/3 - .* - loss: /.test(line))).toHaveLength(3);
  expect(lines.filter((line) => /^Epoch [123]\/3$/.test(line))).toHaveLength(3);
  expect(lines).toContain('3');
  expect(lines).toHaveLength(7);
});
