<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

/**
 * One call of the service: builds the request, and sends nothing.
 *
 * A function is `POST /api/v1/FUNCTION` with a JSON object. A download is `GET /api/v1/PATH` with a query. The token is
 * a bearer token in both; it never stands in a URL.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class command {
    /** @var string Before the names of functions, and of downloads. */
    private const ROOT = '/api/v1/';

    /** @var int How many levels of lists and structs an argument may have. */
    private const DEPTH = 32;

    /**
     * Constructor.
     */
    private function __construct(
        /** @var string Name of a function, with or without mod_lticontainer_; or path of a download. */
        public readonly string $name,
        /** @var array Arguments by name. An empty PHP array is an empty list; (object) [] is an empty struct. */
        public readonly array $arguments,
        /** @var bool Whether it is a download. */
        public readonly bool $isdownload,
    ) {
    }

    /**
     * Makes a call of a function.
     *
     * @param string $function Its name, such as get_hosts or mod_lticontainer_get_hosts.
     * @param array $arguments Arguments by name.
     * @return self
     */
    public static function call(string $function, array $arguments = []): self {
        return new self($function, $arguments, false);
    }

    /**
     * Makes a download.
     *
     * @param string $path Its path, such as volumes/archive.
     * @param array $query Parameters; a list becomes a parameter that comes several times.
     * @return self
     */
    public static function download(string $path, array $query = []): self {
        return new self($path, $query, true);
    }

    /**
     * Returns the HTTP method.
     *
     * @return string
     */
    public function method(): string {
        return $this->isdownload ? 'GET' : 'POST';
    }

    /**
     * Returns the URL.
     *
     * @param string $serviceurl URL of the service, with or without a slash at its end.
     * @return string
     */
    public function url(string $serviceurl): string {
        $path = implode('/', array_map('rawurlencode', explode('/', $this->name)));
        $url = rtrim($serviceurl, '/') . self::ROOT . $path;
        return $this->isdownload && $this->arguments ? $url . '?' . $this->query() : $url;
    }

    /**
     * Returns the headers.
     *
     * @param string $token The token of the service.
     * @param string $onbehalfof User name of the person who asks; empty: nobody in particular.
     * @return string[] Whole lines.
     */
    public function headers(string $token, string $onbehalfof = ''): array {
        $headers = ["Authorization: Bearer $token"];
        if (!$this->isdownload) {
            $headers[] = 'Content-Type: application/json';
            $headers[] = 'Accept: application/json';
        }
        if ($onbehalfof !== '') {
            $headers[] = "On-Behalf-Of: $onbehalfof";
        }
        // A line end would let a value forge a header of its own.
        return array_map(fn($line) => preg_replace('/[\x00-\x1f\x7f]/', '', $line), $headers);
    }

    /**
     * Returns the body.
     *
     * @return string JSON; empty for a download.
     * @throws \JsonException An argument is not UTF-8, or nested too deep.
     */
    public function body(): string {
        if ($this->isdownload) {
            return '';
        }
        return json_encode((object) $this->arguments, self::flags(), self::DEPTH);
    }

    /**
     * Returns how JSON is written: characters and slashes as they are, a float never as an integer.
     *
     * @return int
     */
    private static function flags(): int {
        return JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION;
    }

    /**
     * Returns the query of a download.
     *
     * @return string
     */
    private function query(): string {
        $parts = [];
        foreach ($this->arguments as $name => $values) {
            foreach (is_array($values) ? $values : [$values] as $value) {
                $text = is_bool($value) ? ($value ? 'true' : 'false') : (string) $value;
                $parts[] = rawurlencode($name) . '=' . rawurlencode($text);
            }
        }
        return implode('&', $parts);
    }
}
