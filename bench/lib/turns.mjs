// Entries { run } of one process take turns, one sample each per round, in an order that rotates: many short samples, so
// that a disturbance of the machine falls on all of a round. `run` may give a promise; with `units` it does that many
// runs at once.

async function timed({ run, units = 1 }, n) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < n; i++) {
    const result = run(i);
    if (typeof result?.then === 'function') await result;
  }
  const ms = (performance.now() - start) / n / units;
  const used = process.cpuUsage(cpu);
  return { ms, cpu: (used.user + used.system) / 1000 / n / units };
}

/** Gives every entry `samples`, [round, ms per run, CPU ms per run]. options: rounds, minRounds, sampleMs, warmMs, budgetMs. */
export async function takeTurns(entries, options) {
  let whole = 0;
  for (const entry of entries) {
    let { ms } = await timed(entry, 1);
    const start = performance.now();
    const { units = 1 } = entry;
    do ({ ms } = await timed(entry, Math.max(1, Math.round(options.warmMs / 8 / ms / units))));
    while (performance.now() - start < options.warmMs);
    entry.count = Math.max(1, Math.round(options.sampleMs / ms / units));
    entry.samples = [];
    whole += entry.count * ms * units;
  }
  const rounds = Math.min(options.rounds, Math.max(options.minRounds, Math.floor(options.budgetMs / whole)));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[(i + round) % entries.length];
      const { ms, cpu } = await timed(entry, entry.count);
      entry.samples.push([round, ms, cpu]);
    }
  }
}
