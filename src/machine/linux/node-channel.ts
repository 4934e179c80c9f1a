// The way to a process in Node that starts tools (`starter.ts`).
import { fork } from 'node:child_process';
import { environment } from './environment.ts';
import type { Message, OpenChannel } from './starter-messages.ts';

/** @param program the built `starter.ts`. */
export const nodeChannel =
  (program: string): OpenChannel =>
  (onMessage, onEnd) => {
    const child = fork(program, {
      env: environment,
      cwd: '/',
      execArgv: [],
      // A separate session: Ctrl+C at the terminal does not end it.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    child.on('error', onEnd);
    child.once('exit', onEnd);
    child.once('disconnect', onEnd);
    child.on('message', (message: Message) => onMessage(message));
    return {
      send: (request) => void child.send(request, () => undefined),
      hold(isWorking) {
        if (isWorking) child.channel?.ref();
        else {
          child.unref();
          child.channel?.unref();
        }
      },
      close() {
        if (child.connected) child.disconnect();
      },
    };
  };
