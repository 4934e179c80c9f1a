// The thread that judges passwords, so that the event loop of the server never waits for it. The build makes a file of it.
import { parentPort } from 'node:worker_threads';
import { strengthOf } from '../model/passwords/strength.ts';
import type { Question } from './password-judge.ts';

parentPort?.on('message', ({ candidate, known }: Question) => {
  parentPort?.postMessage(strengthOf(candidate, known));
});
