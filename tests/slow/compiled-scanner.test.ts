// The WebAssembly that git tracks is what its source compiles to.
import { spawnSync } from 'node:child_process';

test('src/drivers/bandwidth/scanner/compiled.ts is fresh', () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'compile-scanner', '--', '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
