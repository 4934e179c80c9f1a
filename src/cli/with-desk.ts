import type { Io } from './io.ts';
import { reportFailure } from './report-failure.ts';

interface Closable {
  close(): void;
}

/**
 * Opens a command's resources, and closes them afterwards. Reports an expected failure on standard error.
 * @returns the exit status.
 */
export async function withDesk<Desk extends Closable>(
  DeskOf: new (environment: Io['environment']) => Desk,
  io: Io,
  work: (desk: Desk) => Promise<number>,
): Promise<number> {
  let desk: Desk | undefined;
  try {
    desk = new DeskOf(io.environment);
    return await work(desk);
  } catch (error) {
    return reportFailure(error, io);
  } finally {
    desk?.close();
  }
}
