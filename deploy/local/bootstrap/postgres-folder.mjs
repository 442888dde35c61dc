/** Where PostgreSQL's data and binaries are for root: PostgreSQL runs as another user, who must be able to reach them. */
export const postgresFolderOfRoot = '/var/lib/auditmesh';
