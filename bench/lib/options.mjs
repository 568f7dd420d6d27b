// What the measuring programs share: their options, their peers, their output.
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';

const text = (value) => ({ type: 'string', default: value });

/** Options of every program that takes samples, in seconds and milliseconds as on the command line. */
export function samplingOptions(more = {}) {
  const { values } = parseArgs({
    options: {
      rounds: text('15'),
      'min-rounds': text('3'),
      'sample-ms': text('60'),
      'warm-ms': text('400'),
      'budget-s': text('12'),
      'node-flags': text(''),
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, text(value)])),
    },
  });
  return {
    ...values,
    rounds: Number(values.rounds),
    minRounds: Math.min(Number(values.rounds), Number(values['min-rounds'])),
    sampleMs: Number(values['sample-ms']),
    warmMs: Number(values['warm-ms']),
    budgetMs: 1000 * Number(values['budget-s']),
    nodeFlags: values['node-flags'] ? values['node-flags'].split(' ') : [],
  };
}

/** 'all' or a comma list of the files in adapters/ (those that start with _ are shared code). */
export function selectPeers(names) {
  const known = fs
    .readdirSync(new URL('../adapters/', import.meta.url))
    .filter((file) => file.endsWith('.mjs') && !file.startsWith('_'))
    .map((file) => file.slice(0, -4));
  if (names === 'all') return known;
  const peers = names.split(',');
  for (const peer of peers)
    if (!known.includes(peer)) throw new Error(`unknown peer "${peer}"; known: ${known.join(' ')}`);
  return peers;
}

/** The machine, for the head of every result. */
export const machine = () => ({
  machine: { cpu: os.cpus()[0].model, cores: os.cpus().length, node: process.version, v8: process.versions.v8 },
  loadAverage: os.loadavg()[0],
  date: new Date().toISOString(),
});

export const print = (line) => console.log(JSON.stringify(line));
export const log = (line) => process.stderr.write(`${line}\n`);
