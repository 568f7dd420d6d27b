// WebAssembly text as nested arrays of atoms (strings), and back.

const token = /\s+|;;[^\n]*|\(;[\s\S]*?;\)|"(?:[^"\\]|\\[\s\S])*"|[()]|[^\s()";]+/y;

/** The top-level expressions of a text; an expression is an array of atoms and expressions. */
export function parse(text) {
  const root = [];
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`unreadable WebAssembly text at ${start}: ${text.slice(start, start + 40)}`);
    const [atom] = match;
    if (atom === '(') {
      const expression = [];
      open.at(-1).push(expression);
      open.push(expression);
    } else if (atom === ')') {
      open.pop();
      if (open.length === 0) throw new Error(`unbalanced parenthesis at ${start}`);
    } else if (!/^(\s|;;|\(;)/.test(atom)) {
      open.at(-1).push(atom);
    }
  }
  if (open.length !== 1) throw new Error('unbalanced parenthesis at the end');
  return root;
}

function write(expression, parts) {
  parts.push('(');
  expression.forEach((item, index) => {
    if (index > 0) parts.push(' ');
    if (Array.isArray(item)) write(item, parts);
    else parts.push(item);
  });
  parts.push(')');
}

/** The text of what `parse` gave. */
export function print(expressions) {
  const parts = [];
  for (const expression of expressions) {
    write(expression, parts);
    parts.push('\n');
  }
  return parts.join('');
}
