// What MariaDB says of a table when it checks or repairs it.

interface TableMessage {
  readonly table: string;
  readonly type: string;
  readonly text: string;
}

export const messageFields = {
  table: { type: 'string', doc: 'The table.' },
  msg_type: { type: 'string', doc: 'status, error, info, note or warning.' },
  msg_text: { type: 'string', doc: 'MariaDB’s message: OK if nothing is wrong.' },
} as const;

export function showMessage({ table, type, text }: TableMessage): {
  table: string;
  msg_type: string;
  msg_text: string;
} {
  return { table, msg_type: type, msg_text: text };
}
