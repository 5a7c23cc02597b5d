# pg2crdb in an image with git, which lint --since needs, and a shell, which CI
# systems need:
#
#   docker build -t pg2crdb .
#   docker run --rm -v "$PWD:/work" pg2crdb lint migrations
FROM golang:1.24-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
ARG COMMIT=
RUN CGO_ENABLED=1 go build -trimpath -tags netgo,osusergo \
      -ldflags "-s -w -linkmode external -extldflags -static -X main.releaseVersion=${VERSION} -X main.releaseCommit=${COMMIT}" \
      -o /pg2crdb ./cmd/pg2crdb && \
    /pg2crdb version

FROM alpine:3.20
# The mounted repository belongs to somebody else, which git refuses unless told
# that it is all right.
RUN apk add --no-cache ca-certificates git && git config --system --add safe.directory '*'
COPY --from=build /pg2crdb /usr/local/bin/pg2crdb
WORKDIR /work
ENTRYPOINT ["pg2crdb"]
CMD ["--help"]
