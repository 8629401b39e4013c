// Starts the browser. Environment: CHROMIUM, the browser's program (default: `chromium` on the PATH).

import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** `options` are Playwright's. */
export async function launch(options) {
  const { chromium } = await import('playwright-core').catch(() =>
    fail('playwright-core is missing: npm --prefix tests/browser ci --ignore-scripts'));

  return chromium.launch({
    executablePath: chromiumProgram(),
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
    ...options,
  });
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}

function chromiumProgram() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const program = path.join(folder, 'chromium');
    try {
      accessSync(program, constants.X_OK);
      return program;
    } catch { /* not in this folder */ }
  }
  return fail('chromium is missing: apt-get install --no-install-recommends chromium (or name another in CHROMIUM)');
}
