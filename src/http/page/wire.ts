// The types of the requests between the pages' script and this server, beyond the API. Both sides import them.

/** GET functions.json: the functions that the caller may call, by name. */
export type FunctionList = readonly ListedFunction[];

export interface ListedFunction {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
}

/** GET settings.json: the tweak settings, by key. Empty if the caller cannot set them. */
export type SettingList = readonly ListedSetting[];

export interface ListedSetting {
  readonly key: string;
  /** The parameter “module” of set_tweaksetting. */
  readonly module: string;
  /** One sentence. */
  readonly meaning: string;
  /** False if nothing on this server depends on it. */
  readonly acts: boolean;
}

/** GET overview.json. Figures that the user may not see are omitted. */
export interface Overview {
  readonly version: string;
  readonly accounts?: { readonly total: number; readonly suspended: number };
  readonly resellers?: number;
  readonly twoFactor?: {
    /** By the visitor. */
    readonly isSetUp: boolean;
    readonly isPolicyOn: boolean;
    readonly recoveryCodes: number;
  };
  /** The integration links of the visitor’s account, sorted. The image is a PNG in Base64, or empty, as is the group. */
  readonly links?: readonly {
    readonly path: string;
    readonly label: string;
    readonly image: string;
    readonly group: string;
  }[];
  readonly load: {
    readonly one: number;
    readonly five: number;
    readonly fifteen: number;
    readonly processors: number;
  };
  /** Sizes in bytes. */
  readonly disks?: readonly {
    readonly purposes: readonly string[];
    readonly path: string;
    readonly size: number;
    readonly available: number;
  }[];
  readonly failedLogins?: {
    /** False if cPHulk is off. */
    readonly isCounting: boolean;
    /** How far back they go. */
    readonly minutes: number;
    readonly total: number;
    /** Times in milliseconds since 1970-01-01. */
    readonly latest: readonly { readonly user: string; readonly ip: string; readonly failedAt: number }[];
  };
  readonly unfinished?: readonly {
    readonly kind: string;
    readonly caller: string;
    readonly state: 'running' | 'interrupted' | 'left to a task';
  }[];
}

/** GET functions/NAME.json */
export interface FunctionDescription extends ListedFunction {
  readonly description?: string;
  /** Sentences: who can call it, and in which versions of WHM or cPanel it is. */
  readonly access: string;
  readonly effect: 'none' | 'looks' | 'reads' | 'changes' | 'calls' | 'operates';
  /** What is lost, for functions that delete something. */
  readonly destructive?: string;
  readonly params: readonly ParamDescription[];
  /** Every argument that no parameter names, as one JSON object. */
  readonly rest?: { readonly key: string; readonly doc: string; readonly isSecret: boolean };
  readonly list?: { readonly key: string; readonly fields: readonly string[] };
  readonly returns: readonly { readonly path: string; readonly type: string; readonly doc: string }[];
  readonly examples: readonly {
    readonly doc: string;
    readonly command: string;
    readonly args: Readonly<Record<string, string | readonly string[]>>;
    readonly input?: string;
  }[];
}

export interface ParamDescription {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'flag' | 'json';
  readonly doc: string;
  /** `the six digits …; default 16; repeatable; not part of WHM`. */
  readonly traits: string;
  readonly isRequired: boolean;
  readonly isList: boolean;
  readonly isSecret: boolean;
  readonly isMultiline: boolean;
  /** Accepted, but without effect on this server. */
  readonly hasNoEffect: boolean;
  readonly default?: string;
  readonly values?: readonly string[];
}

/** The formats of a response at each door. The first one is shown unless the user selects another. */
export const shownFormats = {
  whostmgrd: ['yaml', 'json', 'xml'],
  cpaneld: ['json', 'yaml'],
} as const;
export type Service = keyof typeof shownFormats;
export type ShownFormat = (typeof shownFormats)[Service][number];

/** `table` is for lists. */
export type AnswerFormat = 'table' | ShownFormat;

/** POST api-shell/call/NAME: one call, and its response in every format. */
export interface ShellAnswer {
  readonly result: 0 | 1;
  readonly reason: string;
  readonly errorCode?: string;
  readonly isDryRun: boolean;
  readonly messages: readonly string[];
  readonly warnings: readonly string[];
  /** The invalid parameters of a failed call. */
  readonly faults: readonly { readonly param: string; readonly problem: string }[];
  /** Only if the response has a list. */
  readonly table?: Table;
  /** In the formats of the door. */
  readonly texts: Readonly<Partial<Record<ShownFormat, { readonly text: string; readonly isCut: boolean }>>>;
}

export type Cell = string | number | null;

export interface Table {
  readonly columns: readonly string[];
  /** The first records of the list: a cell for each column. */
  readonly rows: readonly (readonly Cell[])[];
  /** The number of records in the list. */
  readonly total: number;
}
