// npm start            builds what is stale, forecasts the sunspots in the terminal, trains the same network
//                      from random weights, then serves the page
// npm start -- --once  the same without the page, and ends
//   --port <number>    the page's port (default 4173; if it is taken, any free one)
import { parseArgs } from 'node:util';
import { buildPackage, buildPage } from './start_build.mjs';
import { learningReport, report } from './start_report.mjs';

const { values: options } = parseArgs({
  options: { once: { type: 'boolean', default: false }, port: { type: 'string', default: '4173' } },
});
const port = Number(options.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`--port takes a number from 0 to 65535, not ${options.port}`);
  process.exit(2);
}

async function start() {
  buildPackage();
  // imported only now: both need the package that was built just before
  const { study } = await import('../examples/sunspots.mjs');
  const { learn } = await import('./start_training.mjs');
  console.log(report(await study(), process.stdout).join('\n'));
  console.log(learningReport(await learn(), process.stdout).join('\n'));
  if (options.once) return;
  const root = await buildPage();
  const { serve } = await import('./start_server.mjs');
  const { address } = await serve(root, { port });
  console.log(`\n  The page: ${address}   (Ctrl+C ends it)\n`);
}

await start().catch((error) => {
  console.error(`npm start: ${error.message}`);
  process.exit(1);
});
