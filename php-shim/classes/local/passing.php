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

    /** @var int Seconds that a request waits for the service; it takes milliseconds when it is well. */
    private const SECONDS = 3;

    /** @var service_exception|null Why the service has refused it, for a reason of its own. */
    private ?service_exception $refusal = null;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var passed_request The request. */
        private readonly passed_request $request,
    ) {
    }

    /**
     * Hands the request on, or keeps it.
     *
     * @return response What the proxy is told.
     */
    public function answer(): response {
        if (!$this->request->is_readable()) {
            return new response(400, 'text/plain', 'Bad request');
        }
        $token = $this->request->token();
        $isinturn = !$this->request->holds_records() || !queue::has_waiting(self::sender($token));
        if (!$isinturn && $this->is_kept($token)) {
            return $this->request->done();
        }
        $circuit = new circuit();
        $response = $circuit->may_try() ? $this->try_to_send($circuit, $token) : null;
        if ($response) {
            return $response;
        }
        return $this->is_kept($token) ? $this->request->done() : new response(503, 'text/plain', 'Service unavailable');
    }

    /**
     * Keeps the request, where it may hold records, Moodle itself knows its token, and there is room.
     *
     * @param string $token Its token.
     * @return bool Whether it is kept.
     */
    private function is_kept(string $token): bool {
        $owner = $this->request->holds_records() ? activity_token::owner($token) : null;
        if (!$owner) {
            return false;
        }
        return queue::add_records(self::QUEUED, $this->request->for_queue(), self::sender($token), $owner->course, $this->refusal);
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
     * Sends a request that has waited.
     *
     * @param array $arguments What the queue holds.
     * @param client $client The service.
     * @throws service_exception The service has not done with it, or has refused it, and why.
     * @throws \UnexpectedValueException It is none.
     */
    public static function send_again(array $arguments, client $client): void {
        $passing = new self(passed_request::from_queue($arguments));
        $code = $passing->answered($passing->deliver($client))->refusal();
        if ($code === passed_answer::UNKNOWN_TOKEN && !activity_token::owner($passing->request->token())) {
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
        $request = passed_request::from_queue($arguments);
        $present = activity_token::present($request->token());
        return $present === '' ? $arguments : $request->with_token($present)->for_queue();
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
        $response = $this->request->send($client);
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
        return new passed_answer($response, $this->request->holds_records());
    }
}
