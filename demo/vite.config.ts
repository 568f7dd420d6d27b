import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The policy that the built page asks for, on any host. */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
      },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  root: path('.'),
  base: './', // works from any path
  plugins: [contentSecurityPolicy],
  resolve: {
    // the public entries of the built package, as package.json exports them to browsers
    alias: [
      { find: /^simple-rnn\/io$/, replacement: path('../dist/io.js') },
      { find: /^simple-rnn$/, replacement: path('../dist/index.js') },
    ],
  },
  worker: { format: 'es' },
  build: {
    outDir: path('../build/demo'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the policy allows no data: URLs
    modulePreload: { polyfill: false },
  },
});
