/** How the command centre is built, served while developing, and unit-tested. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.URBIS_SERVER ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [svelte()],
  // Scenes bring their own words from outside this folder.
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: server, ws: true, changeOrigin: true },
      '/report': server,
      '/healthz': server,
    },
  },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    sourcemap: false,
    // MapLibre is one module of about a megabyte; it loads after the first paint.
    chunkSizeWarningLimit: 1200,
  },
  test: { include: ['src/**/*.test.ts', 'mock/**/*.test.ts'], environment: 'node' },
});
