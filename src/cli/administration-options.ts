// The options of the commands that administer an installation, as read by commander.

/** The values of the options, as commander returns them. */
export interface AdministrationOpts {
  readonly doctor?: boolean;
  readonly backup?: string;
  readonly restore?: string;
  readonly rebuild?: boolean;
  readonly withKey?: boolean;
  readonly force?: boolean;
  readonly enrol?: boolean;
  readonly log?: boolean;
  readonly follow?: boolean;
  readonly tasks?: boolean;
  readonly wait?: boolean;
  readonly runTasks?: boolean;
  readonly stopTask?: string;
  readonly secondaries?: boolean;
  readonly addSecondary?: string;
  readonly removeSecondary?: string;
  readonly exportDatabases?: string;
  readonly importDatabases?: string;
  readonly sandboxServices?: boolean;
  readonly pamPrompt?: boolean;
  readonly pamCheck?: boolean;
  /** Only if it is not the first word. */
  readonly hook?: string;
}

export interface AdministrationOptions extends AdministrationOpts {
  /** False if --output has its default. */
  readonly outputIsGiven: boolean;
}

/** Separates these options from all others. `administration` is absent if none of them is given. */
export function splitAdministrationOptions<All extends AdministrationOpts>(all: All, outputIsGiven: boolean) {
  const { doctor, backup, restore, rebuild, withKey, force, enrol, log, follow, ...further } = all;
  const { tasks, wait, runTasks, stopTask, ...more } = further;
  const { secondaries, addSecondary, removeSecondary, sandboxServices, ...last } = more;
  const { pamPrompt, pamCheck, hook, exportDatabases, importDatabases, ...others } = last;
  const given = {
    ...{ doctor, backup, restore, rebuild, withKey, force, enrol, log, follow },
    ...{ tasks, wait, runTasks, stopTask },
    ...{ secondaries, addSecondary, removeSecondary, sandboxServices },
    ...{ pamPrompt, pamCheck, hook, exportDatabases, importDatabases },
  };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  if (present.length === 0) return { others };
  const options = Object.fromEntries(present) as AdministrationOpts;
  const administration: AdministrationOptions = { outputIsGiven, ...options };
  return { administration, others };
}
