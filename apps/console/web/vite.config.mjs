import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The pages of the console. Every address in them is relative, so they can be served under any path: the server writes it into the
 * `<base>` of index.html. Nothing is inlined, since the content security policy allows nothing inline.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    emptyOutDir: true,
  },
});
