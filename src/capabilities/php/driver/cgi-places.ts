// The programs that run PHP by CGI for an account. suexec runs only programs that belong to the account, in a folder that
// does too, so they are in its home. They run with the rights of the account alone, whatever it makes of them.

const folder = (home: string) => `${home}/.whmapi1-php`;

/** The folder of the programs. @param home absolute. */
export const cgiFolder = folder;
/** The program of a version. */
export const cgiProgram = (home: string, version: string) => `${folder(home)}/${version}`;
/** Directives that PHP reads after its php.ini. */
export const cgiDirectives = (home: string) => `${folder(home)}/account.ini`;
