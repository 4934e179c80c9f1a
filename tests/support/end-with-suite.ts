// Stops the servers that a suite has started and not stopped, for example because its beforeAll failed. They would go on,
// and Jest would wait for them.
interface Server {
  /** Can be repeated. */
  stop(): Promise<void>;
}

const running = new Set<Server>();
const LIMIT_MS = 60_000;

// Programs such as the benchmark use these servers too, and have no such hook.
const { afterAll: hook } = globalThis as {
  readonly afterAll?: (work: () => Promise<void>, limit: number) => void;
};
hook?.(async () => {
  await Promise.all([...running].map((server) => server.stop()));
}, LIMIT_MS);

export function endWithSuite(server: Server): void {
  running.add(server);
}

/** The server has ended. */
export function hasEnded(server: Server): void {
  running.delete(server);
}
