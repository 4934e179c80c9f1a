// Restarts a service: somebody asked for it and does not wait, or it did not answer.
import { ApiError } from '../core/errors.ts';
import { defineTask } from '../core/task.ts';

interface Input {
  /** WHM's name: `httpd`. */
  readonly service: string;
  /** What was wrong, as a sentence, if the server itself found out. */
  readonly problem?: string;
}

export default defineTask<Input>({
  description: 'Restart a service.',
  whenInterrupted: 'fail',

  async run({ service, problem }, { call, log }) {
    if (problem !== undefined) log(problem);
    const { metadata, data } = await call({
      command: 'restartservice',
      args: [{ name: 'service', value: service }],
    });
    if (metadata.result !== 1) throw new ApiError('host_failed', metadata.reason);
    log((data as { output: string }).output);
    return { service };
  },
});
