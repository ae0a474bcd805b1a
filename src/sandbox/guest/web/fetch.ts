export const fetch = 0, FormData = 0, Headers = 0, Request = 0, Response = 0;
