import { createLog } from '../../src/http/log.ts';

/** The log of servers whose lines no test reads. */
export const silent = createLog('silent', process.stderr);
