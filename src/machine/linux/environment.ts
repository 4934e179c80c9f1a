// What the system's own tools find in their environment: nothing of this process's own.
export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
