export const postgresFolderOfRoot: string;
