// Makes the relaxed module from the strict one: every f32x4.add(acc, f32x4.mul(a, b)) becomes
// f32x4.relaxed_madd(a, b, acc), which engines compile to one fused instruction where the machine has it.
// Binaryen turns the module into text and back; the rewriting is done on the text's expressions.
//
// Usage: node tools/relax.mjs <strict.wasm> <relaxed.wasm>
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

function writes(expression, name) {
  if (!Array.isArray(expression)) return false;
  if (/^local\.(set|tee)$/.test(expression[0]) && expression[1] === name) return true;
  return expression.some((operand) => writes(operand, name));
}

/** True when it makes no difference whether `accumulator` is evaluated before or after the product. */
function mayMoveBehind(accumulator, product) {
  if (accumulator[0] === 'v128.const') return true;
  return accumulator[0] === 'local.get' && !writes(product, accumulator[1]);
}

/**
 * Rewrites the expressions inside `expression`, innermost first, in place; new locals go to `locals`.
 * The accumulator comes last in relaxed_madd: one that may not move behind the product is kept in a local.
 */
function rewriteInside(expression, locals) {
  for (const operand of expression) {
    if (Array.isArray(operand)) rewriteInside(operand, locals);
  }
  if (expression[0] !== 'f32x4.add') return;
  const [, first, second] = expression;
  const replaceBy = (...items) => expression.splice(0, expression.length, ...items);
  if (isProduct(first)) {
    replaceBy('f32x4.relaxed_madd', first[1], first[2], second);
    locals.count += 1;
  } else if (isProduct(second)) {
    locals.count += 1;
    if (mayMoveBehind(first, second)) {
      replaceBy('f32x4.relaxed_madd', second[1], second[2], first);
    } else {
      const name = `$accumulator${locals.names.length}`;
      locals.names.push(name);
      const fused = ['f32x4.relaxed_madd', second[1], second[2], ['local.get', name]];
      replaceBy('block', ['result', 'v128'], ['local.set', name, first], fused);
    }
  }
}

const isDeclaration = (item) => !Array.isArray(item) || /^(export|type|param|result|local)$/.test(item[0]);

/** Rewrites a module (parsed text) in place; gives the number of additions that were rewritten. */
export function rewrite(module) {
  let count = 0;
  for (const item of module) {
    if (item[0] !== 'func') continue;
    const locals = { names: [], count: 0 };
    rewriteInside(item, locals);
    const body = item.findIndex((part, index) => index > 0 && !isDeclaration(part));
    item.splice(body, 0, ...locals.names.map((name) => ['local', name, 'v128']));
    count += locals.count;
  }
  return count;
}

function binaryen(tool, args) {
  const path = fileURLToPath(new URL(`../node_modules/binaryen/bin/${tool}`, import.meta.url));
  execFileSync(process.execPath, [path, ...features, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Writes the relaxed module and gives the number of additions rewritten; throws when there were none. */
export function relax(strictPath, relaxedPath) {
  const textPath = `${relaxedPath}.wat`;
  binaryen('wasm-dis', [strictPath, '-o', textPath]);
  const [module] = parse(readFileSync(textPath, 'utf8'));
  const count = rewrite(module);
  if (count === 0) throw new Error(`${strictPath}: no f32x4.add of an f32x4.mul to rewrite`);
  writeFileSync(textPath, print([module]));
  binaryen('wasm-as', [textPath, '-o', relaxedPath]);
  rmSync(textPath);
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${relax(process.argv[2], process.argv[3])} relaxed_madd`);
}
