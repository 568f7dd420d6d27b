// node report.mjs [--cpu] results/*.jsonl: Markdown from the JSON lines that run.mjs keeps, one part per pass; lines of the
// measuring programs themselves, which name no pass, are taken as one pass with the strict module. With --cpu by
// CPU time (lib/cpu_clock.mjs).
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { byCpuTime } from './lib/cpu_clock.mjs';
import { common, summary } from './lib/report.mjs';
import { details } from './lib/report_figures.mjs';

/** The lines of files, parsed. */
export const readLines = (files) =>
  files
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n'))
    .filter(Boolean)
    .map((text) => JSON.parse(text));

/** { head, tail }: what decides, and all the figures; by CPU time if asked. */
export function render(given, { cpu = false } = {}) {
  const lines = cpu ? given.map(byCpuTime) : given;
  const names = [...new Set(lines.map((line) => line.pass ?? 'strict'))].filter((name) => name !== 'common');
  const machine = lines.find((line) => line.machine);
  const passes = names.map((name) => {
    const own = lines.filter((line) => (line.pass ?? 'strict') === name);
    const node = own.find((line) => line.machine)?.machine.node ?? '';
    return {
      title: `Node ${node}, ${name} module${cpu ? ', by CPU time' : ''}`,
      relaxed: name === 'relaxed',
      lines: own,
    };
  });
  const place = machine
    ? `${machine.machine.cpu}, ${machine.machine.cores} cores, one thread used; ${machine.date}; load ${machine.loadAverage.toFixed(2)}`
    : '';
  const head = ['# simple-rnn benchmark', '', place, '', ...passes.map(summary), common(lines)].join('\n');
  return { head, tail: passes.map(details).join('\n') };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = process.argv.slice(2).filter((argument) => argument !== '--cpu');
  const { head, tail } = render(readLines(files), { cpu: files.length < process.argv.length - 2 });
  console.log(`${head}\n${tail}`);
}
