// The crontabs of users: their scheduled jobs (crontab(5)).

/**
 * @throws MachineError `not_found` for an unknown user; `not_ours` for a system user; `failed` for a suspended one,
 * whose jobs are disabled, or with the complaint of crontab(1).
 */
export interface MachineCrontabs {
  /** The whole text. Empty if the user has no crontab. */
  read(user: string): Promise<string>;
  /** Replaces it. An empty text removes it. */
  write(user: string, text: string): Promise<void>;
}
