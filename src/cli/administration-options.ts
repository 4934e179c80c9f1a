// What commander reads of the options that administer an installation rather than call a function.

export interface AdministrationOptions {
  /** False if --output has its default. */
  readonly outputIsGiven: boolean;
  readonly enrol: boolean;
}

/** What commander makes of their rows. */
export interface AdministrationOpts {
  readonly enrol?: boolean;
}

/** Takes them out of all that commander has read. `administration` is undefined if none of them is given. */
export function splitAdministrationOptions<All extends AdministrationOpts>(all: All, outputIsGiven: boolean) {
  const { enrol, ...others } = all;
  const given = { enrol };
  const isGiven = Object.values(given).some((value) => value !== undefined);
  const administration: AdministrationOptions | undefined = isGiven
    ? { outputIsGiven, enrol: enrol ?? false }
    : undefined;
  return { ...(administration === undefined ? {} : { administration }), others };
}
