// The Debian packages keep the rules of Debian that lintian knows. It needs a minute of processor time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCompanion, builtPackage } from '../../machine/built-package.ts';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { itWith } from '../../support/require-tool.ts';

describeOnMachine('the Debian packages', () => {
  itWith(['lintian'], 'have nothing that lintian warns about', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-lintian-'));
    try {
      const packages = [await builtPackage(), buildCompanion(folder)];
      const words = ['--fail-on', 'error,warning', '--allow-root', ...packages];
      expect(execFileSync('lintian', words, { encoding: 'utf8' })).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
