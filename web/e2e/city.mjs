/**
 * Starts the city under test: the built `urbis` (`URBIS_BIN`, or the debug build of this checkout).
 * `URBIS_E2E=mock` takes the mock instead, for work on the front end alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The binary under test. */
export const URBIS =
  process.env.URBIS_BIN ?? fileURLToPath(new URL('../../target/debug/urbis', import.meta.url));

async function startMockCity() {
  const { startMock } = await import('../mock/server.mjs');
  const { address, close } = await startMock({ port: 0, serveDist: true });
  return { address, name: 'mock', stop: async () => close() };
}

/** Runs the binary and resolves with the address it prints. */
function startBinary(path, options) {
  const data = mkdtempSync(join(tmpdir(), 'urbis-e2e-'));
  const child = spawn(path, ['serve', '--port', '0', '--data', data, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', () => {
        rmSync(data, { recursive: true, force: true });
        resolve();
      });
      if (child.exitCode === null) child.kill('SIGINT');
      else resolve();
    });
  return new Promise((resolve, reject) => {
    const listen = (chunk) => {
      said += chunk;
      const address = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(said)?.[0];
      if (address) resolve({ address, name: 'urbis', stop });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`urbis serve ended with ${code} before it printed an address:\n${said}`)),
    );
  });
}

/** The city under test; `options` go to `urbis serve` (the mock has none). */
export async function startCity(options = []) {
  if (process.env.URBIS_E2E === 'mock') return startMockCity();
  if (!existsSync(URBIS)) {
    throw new Error(
      `there is no ${URBIS}: build it (cargo build -p urbis-cli), set URBIS_BIN, or set URBIS_E2E=mock`,
    );
  }
  return startBinary(URBIS, options);
}
