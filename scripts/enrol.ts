// `npm run enrol`: `whmapi1 --enrol` of this checkout.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const whmapi1 = join(import.meta.dirname, '../bin/whmapi1');
const { status, error } = spawnSync(whmapi1, ['--enrol', ...process.argv.slice(2)], { stdio: 'inherit' });
if (error !== undefined) throw error;
process.exit(status ?? 1);
