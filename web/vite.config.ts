/** How the command centre is built, served while developing, and unit-tested. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.URBIS_SERVER ?? 'http://127.0.0.1:8787';

/** Files smaller than this do not gain from compression, bytes. */
const SMALL = 1024;

/** Puts a compressed file beside each one, so that the server need not compress the same again. */
function compressed(): Plugin {
  let folder = 'dist';
  return {
    name: 'urbis-compressed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        if (bytes.length < SMALL) continue;
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), compressed()],
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
