// Changes a unit of systemd on the machine on which it is started, with a short time limit: UNIT, then names of methods.
// Writes the outcomes as JSON.
import { run } from '../../src/machine/linux/run.ts';
import { SystemdServices } from '../../src/machine/services/systemd.ts';

const LIMIT_MS = 1000;

async function main([unit = '', ...methods]: readonly string[]): Promise<void> {
  const services = new SystemdServices(run, LIMIT_MS);
  const outcomes: unknown[] = [];
  for (const method of methods as ('stop' | 'reload' | 'state' | 'restartLater')[]) {
    outcomes.push(await services[method](unit).catch((error: unknown) => (error as Error).message));
  }
  console.log(JSON.stringify(outcomes));
}

void main(process.argv.slice(2));
