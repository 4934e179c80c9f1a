// Which lines of a daemon's log say why it does not start.

const MOST = 3;

/** Words by which daemons say that something is wrong. */
const TROUBLE =
  /error|fatal|fail|crit|emerg|alert|panic|abort|unknown|unrecogni[sz]ed|invalid|syntax|unable|can(?:no|')t|could not|not found|no such|denied|refused|in use|missing|does not|did not|expected/i;

/** What follows from the reason, and what is said at each start. */
const CONSEQUENCE = [
  /^[^ ]+\.service: /,
  /^Checking syntax/,
  /^(?:Starting|Started|Stopping|Stopped|Failed to start) /,
  /exiting \(due to|loading configuration: failure/,
  /AH00558|AH00015|shutting down$|Action '\w+' failed|may have more information/,
  /FPM initialization failed|failed to load configuration file/,
  /\[ERROR\] Aborting|\[(?:Note|Warning)\]/,
  /^Error: \S*pg_ctl|pg_ctl: could not start|Examine the log output|configuration file ".*" contains errors/,
  /Killed with signal|Failed to start listeners/,
];

/** The last lines that have a reason, without repetitions. If there are none, the last lines of the log. */
export function reasonLines(log: readonly string[]): string[] {
  const isReason = (line: string) => TROUBLE.test(line) && !CONSEQUENCE.some((one) => one.test(line));
  const found = new Map<string, string>();
  for (const line of log.filter(isReason).toReversed()) {
    const text = withoutTime(line);
    if (!found.has(text)) found.set(text, text);
  }
  const reasons = [...found.keys()].slice(0, MOST).reverse();
  return reasons.length > 0 ? reasons : log.slice(-MOST);
}

/** Each start has another time, and other process IDs, before the same words. */
const withoutTime = (line: string) =>
  line
    .replace(/^\[?\d[\d-]*(?:[A-Za-z]{3}-\d{4})? +[\d:.,]+\]? (?:[A-Z]+ )?/, '')
    .replace(/^(?:\S+ )?\w+\[\d+\]: |^\[\d+\] /, '')
    .trim();
