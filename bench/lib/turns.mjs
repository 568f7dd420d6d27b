// Entries { run } of one process take turns, one sample each per round, in an order that rotates: many short samples, so
// that a disturbance of the machine falls on all of a round.

function timed({ run }, n) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < n; i++) run(i);
  const ms = (performance.now() - start) / n;
  const used = process.cpuUsage(cpu);
  return { ms, cpu: (used.user + used.system) / 1000 / n };
}

/** Gives every entry `samples`, [round, ms per run, CPU ms per run]. options: rounds, minRounds, sampleMs, warmMs, budgetMs. */
export function takeTurns(entries, options) {
  let whole = 0;
  for (const entry of entries) {
    let { ms } = timed(entry, 1);
    const start = performance.now();
    do ({ ms } = timed(entry, Math.max(1, Math.round(options.warmMs / 8 / ms))));
    while (performance.now() - start < options.warmMs);
    entry.count = Math.max(1, Math.round(options.sampleMs / ms));
    entry.samples = [];
    whole += entry.count * ms;
  }
  const rounds = Math.min(options.rounds, Math.max(options.minRounds, Math.floor(options.budgetMs / whole)));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[(i + round) % entries.length];
      const { ms, cpu } = timed(entry, entry.count);
      entry.samples.push([round, ms, cpu]);
    }
  }
}
