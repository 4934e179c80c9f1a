// The test of PHP-FPM's whole configuration while another process removes the file of an account. PHP-FPM lists the files
// first, and rejects the configuration if one of them is gone when it opens it.
import { assertWholeConfiguration } from '../../../../../src/capabilities/php/driver/php-pools/control.ts';
import type { DriverPort } from '../../../../../src/ground/driver/file-driver.ts';

const FOLDER = '/etc/php/8.4/fpm/pool.d';
const OURS = `${FOLDER}/whmapi1-bob.conf`;
/** As PHP-FPM 8.4 of Debian 13 writes it. */
const rejects = (path: string) => ({
  status: 78,
  stdout: '',
  stderr:
    `[28-Nov-2026 18:10:00] ERROR: failed to open configuration file '${path}': No such file or directory (2)\n` +
    `[28-Nov-2026 18:10:00] ERROR: Unable to include ${path} from /etc/php/8.4/fpm/php-fpm.conf at line 21\n`,
});
const accepts = { status: 0, stdout: '', stderr: '' };

/** @param present the files that are there after a test. */
async function tested(answers: readonly object[], present: readonly string[] = []): Promise<number> {
  const left = [...answers];
  const port = {
    tools: { run: () => Promise.resolve(left.shift() ?? accepts) },
    files: { facts: (path: string) => Promise.resolve(present.includes(path) ? {} : undefined) },
  };
  await assertWholeConfiguration('8.4', port as unknown as DriverPort);
  return answers.length - left.length;
}

test('is repeated for each file that is gone', async () => {
  expect(await tested([accepts])).toBe(1);
  expect(await tested([rejects(OURS), rejects(`${FOLDER}/whmapi1-eve.conf`), accepts])).toBe(3);
});

test.each([
  ['is there', rejects(OURS), [OURS]],
  ['is not a pool', rejects('/etc/php/8.4/fpm/other.conf'), []],
  [
    'is not named',
    { ...accepts, status: 78, stderr: '[28-Nov-2026 18:10:00] ERROR: [pool bob] no user\n' },
    [],
  ],
])('fails for a file that %s', async (_what, answer, present) => {
  await expect(tested([answer, accepts], present)).rejects.toThrow('PHP-FPM 8.4 rejects its configuration: ');
});

test('ends if the files are never there', async () => {
  const answers = Array.from({ length: 100 }, () => rejects(OURS));
  await expect(tested(answers)).rejects.toThrow(OURS);
});
