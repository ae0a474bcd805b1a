/** What readable-stream finds under the name `process/`. */
export { process } from '../../node/process.ts';
