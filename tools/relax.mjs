// Makes the two modules of what Emscripten linked. In the relaxed one a multiplication followed by an addition is one
// instruction, which engines compile to one fused instruction where the machine has it.
//
// First every sum with a product is brought into one form, by Binaryen's text: a, b, f32x4.mul, c, f32x4.add, where c is
// a local or a constant. That is the strict module. The relaxed one has a, b, c, f32x4.relaxed_madd in these places, and
// three nops that make up for the length: so js/relax.ts can make it of the strict bytes when it is needed.
//
// Usage: node tools/relax.mjs <linked.wasm> <strict.wasm> <relaxed.wasm>
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { parse, print } from './wat.mjs';

const features = [
  '--enable-simd',
  '--enable-relaxed-simd',
  '--enable-bulk-memory',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-multivalue',
];

const isProduct = (expression) => Array.isArray(expression) && expression[0] === 'f32x4.mul';
const isSimple = ([name]) => name === 'v128.const' || name === 'local.get';

function writes(expression, name) {
  if (!Array.isArray(expression)) return false;
  if (/^local\.(set|tee)$/.test(expression[0]) && expression[1] === name) return true;
  return expression.some((operand) => writes(operand, name));
}

/** What gives [a, b, c] for a sum of the product a · b and c: the locals to set before, and the operands then. */
function operands([, first, second], newLocal) {
  const kept = [];
  const keep = (expression) => {
    const name = newLocal();
    kept.push(['local.set', name, expression]);
    return ['local.get', name];
  };
  if (!isProduct(first)) {
    const mayMoveBehind = isSimple(first) && !writes(second, first[1]);
    return { kept, operands: [second[1], second[2], mayMoveBehind ? first : keep(first)] };
  }
  const [, a, b] = first;
  return { kept, operands: isSimple(second) ? [a, b, second] : [keep(a), keep(b), keep(second)] };
}

/** Settles the expressions inside `expression`, innermost first, in place; new locals go to `names`. */
function settleInside(expression, names) {
  let count = 0;
  for (const operand of expression) {
    if (Array.isArray(operand)) count += settleInside(operand, names);
  }
  if (expression[0] !== 'f32x4.add' || !(isProduct(expression[1]) || isProduct(expression[2]))) return count;
  const newLocal = () => names[names.push(`$settled${names.length}`) - 1];
  const {
    kept,
    operands: [a, b, c],
  } = operands(expression, newLocal);
  const sum = ['f32x4.add', ['f32x4.mul', a, b], c];
  const settled = kept.length === 0 ? sum : ['block', ['result', 'v128'], ...kept, sum];
  expression.splice(0, expression.length, ...settled);
  return count + 1;
}

const isDeclaration = (item) => !Array.isArray(item) || /^(export|type|param|result|local)$/.test(item[0]);

/** Settles a module (parsed text) in place; gives the number of sums with a product. */
export function settle(module) {
  let count = 0;
  for (const item of module) {
    if (item[0] !== 'func') continue;
    const names = [];
    count += settleInside(item, names);
    const body = item.findIndex((part, index) => index > 0 && !isDeclaration(part));
    item.splice(body, 0, ...names.map((name) => ['local', name, 'v128']));
  }
  return count;
}

/** What the package itself makes of the strict bytes. */
async function relaxedBytes(strict) {
  const source = readFileSync(new URL('../js/relax.ts', import.meta.url), 'utf8');
  const { code } = transformSync(source, { loader: 'ts', format: 'esm' });
  const { relax } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return relax(new Uint8Array(strict));
}

function binaryen(tool, args) {
  const path = fileURLToPath(new URL(`../node_modules/binaryen/bin/${tool}`, import.meta.url));
  execFileSync(process.execPath, [path, ...features, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Writes both modules and gives the number of additions that the relaxed one fuses. */
export async function makeModules(linkedPath, strictPath, relaxedPath) {
  const textPath = `${relaxedPath}.wat`;
  binaryen('wasm-opt', ['-Oz', '--converge', linkedPath, '-o', strictPath]);
  binaryen('wasm-dis', [strictPath, '-o', textPath]);
  const [module] = parse(readFileSync(textPath, 'utf8'));
  const settled = settle(module);
  writeFileSync(textPath, print([module]));
  binaryen('wasm-as', [textPath, '-o', strictPath]);
  // passes that leave every expression as it is
  const passes = ['--coalesce-locals-learning', '--reorder-locals', '--reorder-functions'];
  binaryen('wasm-opt', [...passes, strictPath, '-o', strictPath]);
  writeFileSync(relaxedPath, await relaxedBytes(readFileSync(strictPath)));
  // Read back: bytes that merely looked like the form would make it unreadable, or be missing in the count.
  binaryen('wasm-dis', [relaxedPath, '-o', textPath]);
  const fused = readFileSync(textPath, 'utf8').split('f32x4.relaxed_madd').length - 1;
  if (settled === 0 || fused < settled)
    throw new Error(`${linkedPath}: ${settled} sums with a product, ${fused} fused`);
  rmSync(textPath);
  return fused;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${await makeModules(...process.argv.slice(2))} relaxed_madd`);
}
