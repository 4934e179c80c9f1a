// The thread that rates passwords, so that the event loop of the server never waits. The build bundles it as a separate
// file.
import { parentPort } from 'node:worker_threads';
import { strengthOf } from '../ground/rules/passwords/strength.ts';
import type { Question } from './password-judge.ts';

parentPort?.on('message', ({ candidate, known }: Question) => {
  parentPort?.postMessage(strengthOf(candidate, known));
});
