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

/** Instructions that touch nothing but locals, or read memory: no calls, stores or control flow. */
const movable =
  /^(local\.(get|tee)|global\.get|select|(i32|i64|f32|f64|v128|[if]\d+x\d+)\.(?!store|atomic)\w+)$/;

/** What evaluating an expression reads and writes; null when it must not change places with anything. */
function effects(expression, found = { reads: new Set(), writes: new Set() }) {
  const [operator, ...operands] = expression;
  if (!movable.test(operator)) return null;
  if (operator === 'local.get') found.reads.add(operands[0]);
  if (operator === 'local.tee') found.writes.add(operands[0]);
  for (const operand of operands) {
    if (Array.isArray(operand) && effects(operand, found) === null) return null;
  }
  return found;
}

function areDisjoint(written, { reads, writes }) {
  return [...written].every((name) => !reads.has(name) && !writes.has(name));
}

/** True when `first` and `second` may be evaluated in either order. */
function commute(first, second) {
  const one = effects(first);
  const other = effects(second);
  if (one === null || other === null) return false;
  return areDisjoint(one.writes, other) && areDisjoint(other.writes, one);
}

const isProduct = (expression) => Array.isArray(expression) && expression[0] === 'f32x4.mul';

/** Rewrites in place, innermost first; counts what was rewritten and what had to be left alone. */
export function rewrite(expression, count = { rewritten: 0, left: 0 }) {
  for (const operand of expression) {
    if (Array.isArray(operand)) rewrite(operand, count);
  }
  if (expression[0] !== 'f32x4.add') return count;
  const [, first, second] = expression;
  // The accumulator moves behind the factors: nothing changes for a product that came first anyway.
  if (isProduct(first)) {
    expression.splice(0, 3, 'f32x4.relaxed_madd', first[1], first[2], second);
    count.rewritten += 1;
  } else if (isProduct(second)) {
    if (commute(first, second)) {
      expression.splice(0, 3, 'f32x4.relaxed_madd', second[1], second[2], first);
      count.rewritten += 1;
    } else {
      count.left += 1;
    }
  }
  return count;
}

function binaryen(tool, args) {
  const path = fileURLToPath(new URL(`../node_modules/binaryen/bin/${tool}`, import.meta.url));
  execFileSync(process.execPath, [path, ...features, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Writes the relaxed module and says how many additions were rewritten; throws when there were none. */
export function relax(strictPath, relaxedPath) {
  const textPath = `${relaxedPath}.wat`;
  binaryen('wasm-dis', [strictPath, '-o', textPath]);
  const modules = parse(readFileSync(textPath, 'utf8'));
  const count = rewrite(modules);
  if (count.rewritten === 0) throw new Error(`${strictPath}: no f32x4.add of an f32x4.mul to rewrite`);
  writeFileSync(textPath, print(modules));
  binaryen('wasm-as', [textPath, '-o', relaxedPath]);
  rmSync(textPath);
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rewritten, left } = relax(process.argv[2], process.argv[3]);
  console.log(`relaxed_madd: ${rewritten} rewritten, ${left} left alone`);
}
