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

use core\output\notification;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_unavailable;
use moodle_url;
use renderable;
use required_capability_exception;

/**
 * A page of an instance: who may see it, what it asks of the service, and what went wrong meanwhile.
 *
 * Whatever the service does, the page opens: a call that fails leaves its sentence above the page's content.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class page {
    /** @var string[] What went wrong, in plain text; each sentence once. */
    private array $warnings = [];

    /** @var bool Whether the service may have done what it gave no answer to, when it was asked last. */
    private bool $isunsure = false;

    /**
     * Constructor.
     */
    private function __construct(
        /** @var instance The instance. */
        public readonly instance $instance,
        /** @var tab Where the page stands. */
        public readonly tab $tab,
        /** @var moodle_url Its address. */
        public readonly moodle_url $url,
    ) {
    }

    /**
     * Opens the page of the instance that the request names, or refuses the reader.
     *
     * @param tab $tab Where the page stands.
     * @param string $script The page, where it is not the tab itself.
     * @param array $params Its parameters besides id.
     * @return self
     */
    public static function open(tab $tab, string $script = '', array $params = []): self {
        global $PAGE;
        $instance = instance::from_cmid(required_param('id', PARAM_INT));
        require_login($instance->course, false, $instance->cm);
        if (!has_any_capability($tab->capabilities(), $instance->context)) {
            throw new required_capability_exception($instance->context, $tab->capabilities()[0], 'nopermissions', '');
        }
        $script = $script ?: $tab->value;
        $url = new moodle_url("/mod/lticontainer/$script.php", ['id' => $instance->cm->id] + $params);
        $PAGE->set_url($url);
        $PAGE->set_title("{$instance->course->shortname}: {$instance->name()}: {$tab->title()}");
        $PAGE->set_heading(format_string($instance->course->fullname, true, ['context' => $instance->context]));
        if ($tab !== tab::OVERVIEW) {
            $PAGE->navbar->add($tab->title(), $tab->url($instance));
            $PAGE->activityheader->set_attrs(['description' => '', 'hidecompletion' => true]);
        }
        return new self($instance, $tab, $url);
    }

    /**
     * Refuses the reader who lacks a capability.
     *
     * @param string $capability Its name, without mod/lticontainer: in front.
     */
    public function require(string $capability): void {
        require_capability("mod/lticontainer:$capability", $this->instance->context);
    }

    /**
     * Tells whether the reader has a capability.
     *
     * @param string $capability Its name, without mod/lticontainer: in front.
     * @return bool
     */
    public function may(string $capability): bool {
        return has_capability("mod/lticontainer:$capability", $this->instance->context);
    }

    /**
     * Asks the service; where that fails, the page says why.
     *
     * @param command $command The call.
     * @param string $needed A member that the answer has.
     * @param bool $istext Whether this member is a text or a number, and no list or struct.
     * @return answer|null Null where it failed.
     */
    public function ask(command $command, string $needed, bool $istext = false): ?answer {
        try {
            $answer = new answer(client::from_settings()->call($command));
            if (!($istext ? $answer->has_text($needed) : $answer->has_items($needed))) {
                throw new service_unavailable(service_unavailable::NONSENSE, "{$command->name} has no $needed");
            }
            return $answer;
        } catch (service_exception $fault) {
            $this->isunsure = $fault instanceof service_unavailable && $fault->may_have_acted();
            $this->warn($fault->sentence());
            return null;
        }
    }

    /**
     * Asks for something of the course on the instance's container host.
     *
     * @param string $function Name of the function.
     * @param string $member The member of its answer that is a list of structs.
     * @param array $arguments What it takes besides host and course.
     * @return answer[]|null The list; null where it is not known.
     */
    public function ask_host(string $function, string $member, array $arguments = []): ?array {
        if ((string) $this->instance->record->host === '') {
            $this->warn(get_string('nohost', 'mod_lticontainer'));
            return null;
        }
        return $this->ask(command::call($function, $this->at_host() + $arguments), $member)?->rows($member);
    }

    /**
     * Changes something of the course on the instance's container host. Where no answer comes in time the page says that
     * the outcome is not known.
     *
     * @param string $function Name of the function; its answer has results.
     * @param array $arguments What it takes besides host and course.
     * @return answer[]|null What became of each part; null where it is not known.
     */
    public function change_host(string $function, array $arguments): ?array {
        $results = $this->ask_host($function, 'results', $arguments);
        if ($results === null && $this->isunsure) {
            $this->warn(get_string('outcome_unknown', 'mod_lticontainer'));
        }
        return $results;
    }

    /**
     * Returns the container host, and the course that has to be one of those that may use it.
     *
     * @return array Arguments that every function about hosts takes.
     */
    public function at_host(): array {
        return ['host' => (string) $this->instance->record->host, 'course_id' => (int) $this->instance->course->id];
    }

    /**
     * Tells what was done of a change on a host; what was not done is a warning of the page.
     *
     * @param answer[]|null $results What the service says of each part; null: it failed as a whole.
     * @param string ...$good The states of success.
     * @return string[] Sentences of success in plain text.
     */
    public function outcome(?array $results, string ...$good): array {
        $done = [];
        foreach ($results ?? [] as $result) {
            if (in_array($result->text('status'), $good, true)) {
                $done[] = $result->worded('sentence');
            } else {
                $this->warn($result->worded('sentence'));
            }
        }
        return $done;
    }

    /**
     * Has a sentence shown above the content.
     *
     * @param string $sentence Plain text.
     */
    public function warn(string $sentence): void {
        $this->warnings[$sentence] = $sentence;
    }

    /**
     * Sends the page.
     *
     * @param string $template Name of its template.
     * @param renderable $content What the template shows.
     * @param string $heading Title in plain text; empty: that of the tab.
     */
    public function show(string $template, renderable $content, string $heading = ''): void {
        global $PAGE;
        $output = $PAGE->get_renderer('core');
        $body = $output->render_from_template("mod_lticontainer/$template", $content->export_for_template($output));
        $this->send($body, $heading);
    }

    /**
     * Sends the page with nothing but what went wrong.
     */
    public function show_warnings(): void {
        $this->send('', '');
    }

    /**
     * Asks the reader whether something that can't be undone shall be done.
     *
     * @param string $question Plain text.
     * @param string $label What the button says.
     * @param array $params What is sent when it is pressed.
     */
    public function confirm(string $question, string $label, array $params): void {
        global $OUTPUT;
        $yes = new \single_button(new moodle_url($this->url, $params), $label);
        $no = $this->tab->url($this->instance);
        $this->send($OUTPUT->confirm(s($question), $yes, $no), $label);
    }

    /**
     * Goes to another page that says what was done.
     *
     * @param moodle_url $url Where.
     * @param string[] $done What was done, in plain text.
     */
    public function leave(moodle_url $url, array $done = []): never {
        foreach ($done as $sentence) {
            \core\notification::success(s($sentence));
        }
        foreach ($this->warnings as $sentence) {
            \core\notification::warning(s($sentence));
        }
        redirect($url);
    }

    /**
     * Sends header, tabs, what went wrong, and the content.
     *
     * @param string $body HTML
     * @param string $heading Plain text.
     */
    private function send(string $body, string $heading): void {
        global $OUTPUT;
        echo $OUTPUT->header();
        echo $OUTPUT->tabtree($this->tabs(), $this->tab->value);
        echo $OUTPUT->heading(s($heading ?: $this->tab->title()), 3);
        foreach ($this->warnings as $sentence) {
            echo $OUTPUT->notification(s($sentence), notification::NOTIFY_WARNING, false);
        }
        echo $body;
        echo $OUTPUT->footer();
    }

    /**
     * Returns the tabs that the reader may open.
     *
     * @return \tabobject[]
     */
    private function tabs(): array {
        $offered = array_filter(tab::cases(), fn(tab $tab) => $tab->is_offered($this->instance));
        $made = fn(tab $tab) => new \tabobject($tab->value, $tab->url($this->instance), $tab->title());
        return array_map($made, array_values($offered));
    }
}
