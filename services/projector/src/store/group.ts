/** The group whose offsets of record are in the database. */
export const GROUP = 'projector';
