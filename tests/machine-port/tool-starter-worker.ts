// A server that starts its tools through another process. It holds a lock while a tool runs, which says that it runs, and
// waits for a file.
import { WAITING } from './waiting-tool.ts';
import { run } from '../../src/machine/linux/run.ts';
import { withLock } from '../../src/machine/linux/lock.ts';
import { useToolStarter } from '../../src/machine/linux/tool-starter.ts';

const [program = '', lock = '', gate = ''] = process.argv.slice(2);
useToolStarter(program, 0);
const parentOfTools = async () => (await run('sh', ['-c', 'echo $PPID'])).stdout.trim();
while ((await parentOfTools()) === String(process.pid));
console.log(await parentOfTools());
await withLock(lock, () => run('sh', ['-c', WAITING, gate]));
