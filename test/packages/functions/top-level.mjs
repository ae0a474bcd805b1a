import { json } from './reply.js';

const response = await fetch('https://api.example.com/config');
const config = await response.json();

export const handler = async () => json(config);
