# One process and one volume: docs/operate.md, "In a container". Built and run by the steps of a test, since it needs no more than Node.
ARG NODE=24-bookworm-slim

FROM node:${NODE} AS installed
WORKDIR /opt/portico
# Packages change less often than code.
COPY package.json package-lock.json .npmrc ./
COPY sdk/package.json sdk/
RUN npm ci --omit=dev
COPY . .
# Starts run as a user who may write no code, so what a start compiles is compiled here.
RUN node scripts/run.js scripts/start.ts --help

FROM node:${NODE}
ENV NODE_ENV=production
ENV PORTICO_DATA_DIR=/var/lib/portico
ENV PORTICO_HOST=0.0.0.0
ENV PORTICO_SEED=none
ENV PORTICO_LOG=json
RUN install -d -m 700 -o node -g node /var/lib/portico /var/backups/portico
WORKDIR /opt/portico
COPY --from=installed /opt/portico ./
USER node
VOLUME /var/lib/portico
EXPOSE 3210 3211
# What is under way is answered; `docker stop --time` must be longer than PORTICO_STOP_SECONDS.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:3211/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As `npm start`, without npm between the signal and the process.
CMD ["node", "--max-semi-space-size=32", "scripts/run.js", "scripts/start.ts"]
