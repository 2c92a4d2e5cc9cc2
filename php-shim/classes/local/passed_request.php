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

use mod_lticontainer\local\exception\service_exception;

/**
 * A request of a proxy over Moodle's REST or XML-RPC, with the token of an activity in it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class passed_request {
    /** @var string Moodle's script for REST. */
    private const REST = '/webservice/rest/server.php';

    /** @var string Moodle's script for XML-RPC. */
    private const XMLRPC = '/webservice/xmlrpc/server.php';

    /** @var int Longest body, in bytes. */
    private const LONGEST = 1048576;

    /** @var string[] Functions that store records. */
    private const WRITERS = ['mod_lticontainer_write_nblogs', 'mod_lticontainer_write_nbdata', 'mod_mdlds_write_nbdata'];

    /** @var string[] Names that REST takes from the query or from the body. */
    private const NAMES = ['wstoken', 'wsfunction', 'moodlewsrestformat'];

    /**
     * Constructor.
     */
    private function __construct(
        /** @var string Which of Moodle's scripts is meant. */
        private readonly string $script,
        /** @var string[] What the query holds of NAMES. */
        private readonly array $query,
        /** @var string Content type. */
        private readonly string $type,
        /** @var string The body. */
        private readonly string $body,
    ) {
    }

    /**
     * Reads the request in hand.
     *
     * @return self
     */
    public static function from_request(): self {
        $script = preg_replace('~/+~', '/', (string) get_file_argument());
        $query = [];
        foreach (self::NAMES as $name) {
            $value = optional_param($name, null, PARAM_ALPHANUMEXT);
            if ($value !== null) {
                $query[$name] = $value;
            }
        }
        // Names of headers come in small letters or capitals, as the sender and the web server write them.
        $type = (string) (array_change_key_case(getallheaders())['content-type'] ?? '');
        $type = preg_replace('/[^\x20-\x7e]/', '', $type);
        return new self($script, $query, $type, (string) file_get_contents('php://input', false, null, 0, self::LONGEST + 1));
    }

    /**
     * Reads what the queue holds.
     *
     * @param array $arguments As below.
     * @return self
     * @throws \UnexpectedValueException It is no request.
     */
    public static function from_queue(array $arguments): self {
        foreach (['script', 'type', 'body'] as $name) {
            if (!is_string($arguments[$name] ?? null) || !is_array($arguments['query'] ?? null)) {
                throw new \UnexpectedValueException("The request has no $name");
            }
        }
        $body = (string) base64_decode($arguments['body'], true);
        return new self($arguments['script'], $arguments['query'], $arguments['type'], $body);
    }

    /**
     * Returns it as the queue holds it.
     *
     * @return array
     */
    public function for_queue(): array {
        return ['script' => $this->script, 'query' => $this->query, 'type' => $this->type, 'body' => base64_encode($this->body)];
    }

    /**
     * Returns the same request with another token. A form may hold it a second time.
     *
     * @param string $token The token.
     * @return self
     */
    public function with_token(string $token): self {
        $body = str_replace($this->token(), $token, $this->body);
        return new self($this->script, ['wstoken' => $token] + $this->query, $this->type, $body);
    }

    /**
     * Returns the token of the request.
     *
     * @return string Empty where it has none.
     */
    public function token(): string {
        return (string) ($this->query['wstoken'] ?? '');
    }

    /**
     * Tells whether it is for one of both scripts, and can be handed on as it came.
     *
     * @return bool
     */
    public function is_readable(): bool {
        $isknown = in_array($this->script, [self::REST, self::XMLRPC], true);
        return $isknown && strlen($this->body) <= self::LONGEST && !$this->is_multipart();
    }

    /**
     * Tells whether it may hold records. In XML-RPC the name of the function stands in the body, which only the
     * service reads.
     *
     * @return bool
     */
    public function holds_records(): bool {
        return $this->script === self::XMLRPC || in_array($this->query['wsfunction'] ?? '', self::WRITERS, true);
    }

    /**
     * Sends it, and returns whatever came.
     *
     * @param client $client The service.
     * @return response
     * @throws service_exception
     */
    public function send(client $client): response {
        if ($this->script === self::XMLRPC) {
            // There the token has no other place.
            return $client->pass($this->script . '?' . http_build_query($this->query, '', '&'), $this->type, $this->body);
        }
        $missing = http_build_query(array_diff_key($this->query, $this->names_in_body()), '', '&');
        return $client->pass($this->script, $this->type, implode('&', array_filter([$missing, $this->body])));
    }

    /**
     * Returns what the service would say of records that it has stored.
     *
     * @return response
     */
    public function done(): response {
        if ($this->script === self::XMLRPC) {
            $value = '<param><value><struct></struct></value></param>';
            $text = "<?xml version='1.0'?><methodResponse><params>$value</params></methodResponse>";
            return new response(200, 'text/xml', $text);
        }
        if (($this->query['moodlewsrestformat'] ?? '') === 'json') {
            return new response(200, 'application/json', '[]');
        }
        $lines = ['<?xml version="1.0" encoding="UTF-8" ?>', '<RESPONSE>', '<SINGLE>', '</SINGLE>', '</RESPONSE>', ''];
        return new response(200, 'application/xml', implode("\n", $lines));
    }

    /**
     * Tells whether PHP has read the body itself and left nothing of it. Without its records the service would take it.
     *
     * @return bool
     */
    private function is_multipart(): bool {
        return str_starts_with(strtolower(ltrim($this->type)), 'multipart/form-data');
    }

    /**
     * Tells which names the body of a form has itself.
     *
     * @return array The names, as keys.
     */
    private function names_in_body(): array {
        $names = array_map(fn(string $part) => urldecode(explode('=', $part, 2)[0]), explode('&', $this->body));
        return array_flip(array_intersect(self::NAMES, $names));
    }
}
