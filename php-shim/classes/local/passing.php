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
use mod_lticontainer\local\exception\service_refused;

/**
 * A request of a proxy with the token of an activity, which goes on to the service as it is.
 *
 * The service decides about it. Where the service is away the request is kept, if Moodle itself knows the token as that of
 * an activity; so nobody else can fill the queue. It is kept, too, while earlier ones of its activity wait.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class passing {
    /** @var string What stands in the queue in the place of a function. */
    public const QUEUED = 'passing';

    /** @var string Before the id of an LTI activity: who sends, in the queue's words. */
    public const SENDER = 'lti';

    /** @var string What is said of a token that the service does not know, and that the activity has no longer. */
    public const FORMER_TOKEN = 'formertoken';

    /** @var string Moodle's script for REST. */
    private const REST = '/webservice/rest/server.php';

    /** @var string Moodle's script for XML-RPC. */
    private const XMLRPC = '/webservice/xmlrpc/server.php';

    /** @var int Longest body, in bytes. */
    private const LONGEST = 1048576;

    /** @var int Seconds that a request waits for the service; it takes milliseconds when it is well. */
    private const SECONDS = 3;

    /** @var string[] Functions that store records. */
    private const WRITERS = ['mod_lticontainer_write_nblogs', 'mod_lticontainer_write_nbdata', 'mod_mdlds_write_nbdata'];

    /** @var string[] Names that REST takes from the query or from the body. */
    private const NAMES = ['wstoken', 'wsfunction', 'moodlewsrestformat'];

    /** @var service_exception|null Why the service has refused it, for a reason of its own. */
    private ?service_exception $refusal = null;

    /**
     * Constructor.
     *
     * @param string $script Which of Moodle's scripts is meant.
     * @param string[] $query What the query holds of NAMES.
     * @param string $type Content type.
     * @param string $body The body.
     */
    public function __construct(
        private readonly string $script,
        private readonly array $query,
        private readonly string $type,
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
     * Hands the request on, or keeps it.
     *
     * @return response What the proxy is told.
     */
    public function answer(): response {
        $isreadable = strlen($this->body) <= self::LONGEST && !$this->is_multipart();
        if (!in_array($this->script, [self::REST, self::XMLRPC], true) || !$isreadable) {
            return new response(400, 'text/plain', 'Bad request');
        }
        $token = $this->token();
        $isinturn = !$this->holds_records() || !queue::has_waiting(self::sender($token));
        if (!$isinturn && $this->is_kept($token)) {
            return $this->done();
        }
        $circuit = new circuit();
        $response = $circuit->may_try() ? $this->try_to_send($circuit, $token) : null;
        if ($response) {
            return $response;
        }
        return $this->is_kept($token) ? $this->done() : new response(503, 'text/plain', 'Service unavailable');
    }

    /**
     * Keeps the request, where it may hold records, Moodle itself knows its token, and there is room.
     *
     * @param string $token Its token.
     * @return bool Whether it is kept.
     */
    private function is_kept(string $token): bool {
        $owner = $this->holds_records() ? activity_token::owner($token) : null;
        if (!$owner) {
            return false;
        }
        $arguments = [
            'script' => $this->script,
            'query' => $this->query,
            'type' => $this->type,
            'body' => base64_encode($this->body),
        ];
        return queue::add_records(self::QUEUED, $arguments, self::sender($token), $owner->course, $this->refusal);
    }

    /**
     * Returns who sends, in the queue's words.
     *
     * @param string $token Token of the request.
     * @return string
     */
    private static function sender(string $token): string {
        return self::SENDER . activity_token::named_lti($token);
    }

    /**
     * Returns the token of the request.
     *
     * @return string Empty where it has none.
     */
    private function token(): string {
        return (string) ($this->query['wstoken'] ?? '');
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
     * Sends a request that has waited.
     *
     * @param array $arguments What the queue holds.
     * @param client $client The service.
     * @throws service_exception The service has not done with it, or has refused it, and why.
     * @throws \UnexpectedValueException It is none.
     */
    public static function send_again(array $arguments, client $client): void {
        foreach (['script', 'type', 'body'] as $name) {
            if (!is_string($arguments[$name] ?? null) || !is_array($arguments['query'] ?? null)) {
                throw new \UnexpectedValueException("The request has no $name");
            }
        }
        $body = (string) base64_decode($arguments['body'], true);
        $passing = new self($arguments['script'], $arguments['query'], $arguments['type'], $body);
        $code = $passing->answered($passing->deliver($client))->refusal();
        if ($code === passed_answer::UNKNOWN_TOKEN && !activity_token::owner($passing->token())) {
            $code = self::FORMER_TOKEN;
        }
        if ($code !== '') {
            throw new service_refused($code, $code);
        }
    }

    /**
     * Puts the token that the activity has now into a request that has waited. Moodle knew the one in it when it came.
     *
     * @param array $arguments What the queue holds.
     * @return array
     */
    public static function with_present_token(array $arguments): array {
        $former = (string) ($arguments['query']['wstoken'] ?? '');
        $present = activity_token::present($former);
        if ($present !== '') {
            $arguments['query']['wstoken'] = $present;
            // A form may hold it a second time.
            $body = (string) base64_decode((string) ($arguments['body'] ?? ''), true);
            $arguments['body'] = base64_encode(str_replace($former, $present, $body));
        }
        return $arguments;
    }

    /**
     * Sends the request now.
     *
     * @param circuit $circuit Remembers what happens.
     * @param string $token Token of the request.
     * @return response|null The service's answer; null where it has not taken the request.
     */
    private function try_to_send(circuit $circuit, string $token): ?response {
        try {
            $response = $this->deliver(client::in_background(self::SECONDS));
        } catch (service_exception $fault) {
            $circuit->failed($fault);
            $this->refusal = verdict::is_of_one($fault, true) ? $fault : null;
            return null;
        }
        $circuit->good();
        // Where Moodle itself knows the token, the service has yet to be told, or is another one: proxies look at no answer.
        $code = $this->answered($response)->refusal();
        if ($code === passed_answer::UNKNOWN_TOKEN && activity_token::owner($token)) {
            $this->refusal = new service_refused($code, $code);
            return null;
        }
        return $response;
    }

    /**
     * Sends the request.
     *
     * @param client $client The service.
     * @return response Its answer, whatever it says.
     * @throws service_exception It has not done with it, and why.
     */
    private function deliver(client $client): response {
        $response = $this->send($client);
        $fault = $this->answered($response)->fault();
        if ($fault) {
            throw $fault;
        }
        return $response;
    }

    /**
     * Reads an answer.
     *
     * @param response $response What came.
     * @return passed_answer
     */
    private function answered(response $response): passed_answer {
        return new passed_answer($response, $this->holds_records());
    }

    /**
     * Sends the request, and returns whatever came.
     *
     * @param client $client The service.
     * @return response
     * @throws service_exception
     */
    private function send(client $client): response {
        if ($this->script === self::XMLRPC) {
            // There the token has no other place.
            return $client->pass($this->script . '?' . http_build_query($this->query, '', '&'), $this->type, $this->body);
        }
        $missing = http_build_query(array_diff_key($this->query, $this->names_in_body()), '', '&');
        return $client->pass($this->script, $this->type, implode('&', array_filter([$missing, $this->body])));
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

    /**
     * Tells whether the request may hold records. In XML-RPC the name of the function stands in the body, which only the
     * service reads.
     *
     * @return bool
     */
    private function holds_records(): bool {
        return $this->script === self::XMLRPC || in_array($this->query['wsfunction'] ?? '', self::WRITERS, true);
    }

    /**
     * Returns what the service would say of records that it has stored.
     *
     * @return response
     */
    private function done(): response {
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
}
