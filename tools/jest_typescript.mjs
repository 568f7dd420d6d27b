// Jest's transform for TypeScript: esbuild strips the types; `tsc --noEmit` (npm run lint) checks them.
import { transformSync } from 'esbuild';

export default {
  process(source, filename, { supportsStaticESM }) {
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: supportsStaticESM ? 'esm' : 'cjs',
      target: 'node20',
      sourcemap: true,
      sourcefile: filename,
    });
    return { code, map };
  },
};
