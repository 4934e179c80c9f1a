// The IPv6 addresses of accounts, as SQL expressions over the table of accounts.

const WITH_EVERY_DIGIT = [1, 5, 9, 13, 17, 21, 25, 29]
  .map((start) => `substr(address, ${start}, 4)`)
  .join(" || ':' || ");

function ofAssignment(sql: string): string {
  return `(SELECT ${sql} FROM ipv6_assignment WHERE ipv6_assignment.username = account.username)`;
}

/** The account’s IPv6 address in full, not shortened, as text. NULL if it has none. */
export const ipv6Address = ofAssignment(WITH_EVERY_DIGIT);

/** 1 if the address is only the account’s. 0 if it is the server’s own, or if the account has none. */
export const isIpv6Dedicated = `coalesce(${ofAssignment("CASE WHEN range_name = 'SHARED' THEN 0 ELSE 1 END")}, 0)`;
